//! Each subject by itself, with criterion's statistics.

use criterion::Criterion;
use veriquote_benches::{Sample, subjects};

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    for sample in Sample::all() {
        let mut group = criterion.benchmark_group(&sample.name);
        for mut subject in subjects(&sample) {
            group.bench_function(subject.name, |bencher| bencher.iter(|| (subject.run)()));
        }
        group.finish();
    }
    criterion.final_summary();
}
