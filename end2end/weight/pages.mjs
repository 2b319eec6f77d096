// Lists the pages of the app with the WebAssembly and JavaScript that a browser loads for each, read from the built site.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { budgets } from "./budgets.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const app = readFileSync(join(root, "app/src/lib.rs"), "utf8");
/** The paths of the pages without script. */
const withoutScript = [...(/PAGES_WITHOUT_SCRIPT[^=]*= \[([^\]]*)\]/.exec(app)?.[1] ?? "").matchAll(/"([^"]+)"/g)].map(([, path]) => path);

/**
 * @typedef {{ name: string, bytes: number }} File
 * @typedef {{ route: string, bundle: string }} Route
 * @typedef {Route & { files: File[], bytes: number, budget: typeof budgets[string], second?: { from: string, bytes: number } }} PageWeight
 */

/**
 * Returns the routes of the app that show a page, each with its bundle. The home page, which is in none, only redirects.
 * @returns {Route[]}
 */
export function routes() {
  const found = [...app.matchAll(/lazy_route::<(\w+)>\("([^"]*)"\)/g)];
  if (found.length === 0 || found.length !== app.match(/lazy_route::/g)?.length) {
    throw new Error("end2end/weight/pages.mjs doesn't understand a lazy_route in app/src/lib.rs. Adapt its pattern.");
  }
  return found.map(([, bundle, path]) => ({ route: `/${path.replace(/^\//, "")}`, bundle }));
}

/** Returns the total size of files. */
export const total = (/** @type {File[]} */ files) => files.reduce((sum, { bytes }) => sum + bytes, 0);

/**
 * Returns every page with its files, as sent with Brotli, and what it loads more as the second page of its section.
 * @param {string} site the folder of the built site
 * @returns {PageWeight[]}
 */
export function pageWeights(site) {
  const filesOf = bundleFiles(site);
  const pages = routes().map(({ route, bundle }) => {
    const budget = budgets[route] ?? budgets[bundle];
    if (!budget) throw new Error(`The bundle ${bundle} has no budget. Add it to end2end/weight/budgets.mjs.`);
    const files = withoutScript.includes(route) ? [] : filesOf(bundle);
    return { route, bundle, files, bytes: total(files), budget };
  });
  return pages.map((page) => ({ ...page, second: secondPage(page, pages) }));
}

/**
 * Returns the page of the same section after which this page loads most.
 * @param {PageWeight} page
 * @param {PageWeight[]} pages
 */
function secondPage(page, pages) {
  const { section } = page.budget;
  if (!section) return undefined;
  return pages
    .filter((other) => other !== page && other.budget.section === section && !other.route.includes(":"))
    .map((from) => ({ from: from.route, bytes: total(page.files.filter(({ name }) => !from.files.some((file) => file.name === name))) }))
    .reduce((most, other) => (other.bytes > most.bytes ? other : most));
}

/**
 * Returns a function that lists the files of a bundle: those of every page, and those that the manifest lists for it.
 * @param {string} site
 * @returns {(bundle: string) => File[]}
 */
function bundleFiles(site) {
  const names = readdirSync(join(site, "pkg"));
  const find = (/** @type {RegExp} */ pattern) => {
    const name = names.find((name) => pattern.test(name));
    if (!name) throw new Error(`${site}/pkg has no file ${pattern}. Build the site first.`);
    return `pkg/${name}`;
  };
  const base = [
    "crash-notice.js",
    find(/^gatehouse\.[\w-]+\.js$/),
    find(/^gatehouse\.[\w-]+\.wasm$/),
    find(/^__wasm_split\.[\w-]+\.js$/),
  ];
  /** @type {Record<string, string[]>} */
  const manifest = JSON.parse(readFileSync(join(site, find(/^__wasm_split_manifest\.[\w-]+\.json$/)), "utf8"));
  return (bundle) => {
    const view = `_${bundle.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}_view_`;
    const key = Object.keys(manifest).find((key) => key.startsWith(view));
    if (!key) throw new Error(`${site} has no code for the bundle ${bundle}. Build the site again.`);
    return [...base, ...manifest[key].map((name) => `pkg/${name}.wasm`)].map((name) => file(site, name));
  };
}

/**
 * Returns a file with the size of what the server sends of it.
 * @param {string} site
 * @param {string} name
 * @returns {File}
 */
function file(site, name) {
  const path = join(site, name);
  const compressed = statSync(`${path}.br`, { throwIfNoEntry: false });
  return { name, bytes: (compressed ?? statSync(path)).size };
}
