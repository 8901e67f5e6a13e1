//! Writes a forged platform into a folder: `forge-platform NAME FOLDER`, with a name of [`Forge::all`], with
//! `-v2` behind it for TCB info of version 2, or `tpm-` and one of [`TpmForge::all`] for a machine with a TPM.

use std::{env, path::Path, process::ExitCode};
use veriquote_forge::Forge;
use veriquote_forge::tpm::TpmForge;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [name, folder] = arguments.as_slice() else {
        eprintln!("usage: forge-platform NAME FOLDER");
        return ExitCode::from(2);
    };
    let machine = name.strip_prefix("tpm-").and_then(TpmForge::named);
    // `sgx3-v2`: the same platform, whose TCB info is of the older version.
    let older = name.strip_suffix("-v2").and_then(Forge::named).map(|mut forge| {
        forge.tcb_info = forge.tcb_info.into_v2();
        forge
    });
    let written = match (Forge::named(name).or(older), machine) {
        (Some(forge), _) => forge.build().write(Path::new(folder)),
        (None, Some(machine)) => machine.build().write(Path::new(folder)),
        (None, None) => {
            let machines = TpmForge::all().into_iter().map(|(name, _)| format!("tpm-{name}"));
            let names = Forge::all().into_iter().map(|(name, _)| name.to_owned()).chain(machines);
            eprintln!("no platform `{name}`; there are {}", names.collect::<Vec<_>>().join(", "));
            return ExitCode::from(2);
        }
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{folder}: {error}");
            ExitCode::from(2)
        }
    }
}
