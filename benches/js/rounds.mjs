// Contenders in interleaved rounds, so that what else the machine does meets all of them.

/** Median and fastest time of each contender in milliseconds, and the median of its ratio to the first. */
export async function rounds(contenders, { count = 21, budget = 40 } = {}) {
  for (const { run } of contenders) await run();
  const repeats = [];
  for (const { run } of contenders) repeats.push(Math.max(1, Math.round(budget / (await timed(run, 3)))));
  const times = contenders.map(() => []);
  for (let round = 0; round < count; round += 1) {
    for (const [index, { run }] of contenders.entries()) times[index].push(await timed(run, repeats[index]));
  }
  return contenders.map(({ name }, index) => ({
    name,
    median: median(times[index]),
    fastest: Math.min(...times[index]),
    ratio: median(times[index].map((time, round) => time / times[0][round])),
  }));
}

async function timed(run, repeats) {
  const started = performance.now();
  for (let number = 0; number < repeats; number += 1) {
    const pending = run();
    if (pending instanceof Promise) await pending;
  }
  return (performance.now() - started) / repeats;
}

function median(values) {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

/** A table of Markdown. */
export function table(title, results) {
  const rows = results.map(({ name, median, fastest, ratio }) =>
    `| ${name} | ${median.toFixed(3)} | ${fastest.toFixed(3)} | ${ratio.toFixed(2)} |`);
  return `\n### ${title}\n\n| | median ms | fastest ms | ratio to the first |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}
