// Compares the code that each page of the built site loads with its ceiling, and fails if a page has outgrown it.
// Usage: node check.mjs SITE

import { pageWeights } from "./pages.mjs";

const pages = pageWeights(process.argv[2]);
const kilobytes = (bytes) => Math.ceil(bytes / 100) / 10;
let failed = false;

function expectAtMost(ceiling, value, sentence, { bundle }) {
  if (value <= ceiling) return;
  failed = true;
  console.log(`${sentence} Make it lighter, or raise the ceiling of ${bundle} in end2end/weight/budgets.mjs.`);
}

for (const page of pages) {
  const { route, bytes, files, second, budget } = page;
  const size = kilobytes(bytes);
  expectAtMost(budget.ceiling, size, `${route} loads ${size} KB of WebAssembly and JavaScript, above its ceiling of ${budget.ceiling} KB.`, page);
  expectAtMost(budget.requests, files.length, `${route} needs ${files.length} requests for code, above its ceiling of ${budget.requests}.`, page);
  if (second) {
    const more = kilobytes(second.bytes);
    expectAtMost(budget.second, more, `${route} loads ${more} KB more after ${second.from}, above its ceiling of ${budget.second} KB.`, page);
  }
}

const heaviest = pages.reduce((a, b) => (b.bytes > a.bytes ? b : a));
console.log(`The heaviest of ${pages.length} pages is ${heaviest.route}: ${kilobytes(heaviest.bytes)} KB in ${heaviest.files.length} requests.`);
process.exitCode = failed ? 1 : 0;
