// Makes the base module and the script that instantiates it smaller: gives imported functions short names, because
// wasm-bindgen ends each with 16 digits of a hash, which don't compress, and removes exports that nothing calls.

import { readFile, writeFile } from "node:fs/promises";
import { readLeb128, writeLeb128 } from "./leb128.mjs";

const HEADER_BYTES = 8;
const IMPORT_SECTION = 2;
const EXPORT_SECTION = 7;
const HASHED_NAME = /\b__wbg_\w+_[0-9a-f]{16}\b/g;

/** The classes of the crate `wasm-streams` that give JavaScript a stream of Rust. Here streams only come from JavaScript. */
const UNUSED_EXPORT = /intounderlying(bytesource|sink|source)_/;
const UNUSED_CODE = [
  /^export class IntoUnderlying\w+ \{\n[^]*?^\}\n/gm,
  /^if \(Symbol\.dispose\) IntoUnderlying.*\n/gm,
  /^const IntoUnderlying\w+Finalization = [^]*?;\n/gm,
];

/** Copies the bytes of one import, with another name of the function if `names` has one. Returns where the next begins. */
function copyImport(module, start, names, output) {
  let at = start;
  const readName = () => {
    const [length, begin] = readLeb128(module, at);
    at = begin + length;
    return module.toString("utf8", begin, at);
  };
  const skipNumber = () => {
    [, at] = readLeb128(module, at);
  };
  readName();
  output.push(module.subarray(start, at));
  const name = readName();
  const bytes = Buffer.from(names.get(name) ?? name);
  output.push(writeLeb128(bytes.length), bytes);
  const description = at;
  const skipLimits = () => {
    const hasMaximum = module[at++] & 1;
    skipNumber();
    if (hasMaximum) skipNumber();
  };
  switch (module[at++]) {
    case 0: // a function
      skipNumber();
      break;
    case 1: // a table
      at += 1;
      skipLimits();
      break;
    case 2: // a memory
      skipLimits();
      break;
    case 3: // a global
      at += 2;
      break;
    case 4: // a tag
      at += 1;
      skipNumber();
      break;
    default:
      throw new Error(`The import ${name} is of an unknown kind.`);
  }
  output.push(module.subarray(description, at));
  return at;
}

/** Copies an export, unless nothing calls it. Returns where the next begins. */
function copyExport(module, start, output) {
  const [length, begin] = readLeb128(module, start);
  const [, end] = readLeb128(module, begin + length + 1);
  const isUnused = UNUSED_EXPORT.test(module.toString("utf8", begin, begin + length));
  if (!isUnused) output.push(module.subarray(start, end));
  return end;
}

/** Returns the items of a section, which `copy` copies one by one. */
function copyItems(module, start, copy) {
  const items = [];
  const [count, first] = readLeb128(module, start);
  let next = first;
  for (let index = 0; index < count; index++) next = copy(next, items);
  return items;
}

/** Returns the module with other names of imported functions, and without unused exports. */
function trimModule(module, names) {
  const copiers = {
    [IMPORT_SECTION]: (start, output) => {
      const item = [];
      const end = copyImport(module, start, names, item);
      output.push(Buffer.concat(item));
      return end;
    },
    [EXPORT_SECTION]: (start, output) => copyExport(module, start, output),
  };
  const output = [module.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at < module.length; ) {
    const id = module[at];
    const [length, begin] = readLeb128(module, at + 1);
    const end = begin + length;
    if (id in copiers) {
      const items = copyItems(module, begin, copiers[id]);
      const body = Buffer.concat([writeLeb128(items.length), ...items]);
      output.push(Buffer.from([id]), writeLeb128(body.length), body);
    } else {
      output.push(module.subarray(at, end));
    }
    at = end;
  }
  return Buffer.concat(output);
}

/**
 * Trims a module and the script that instantiates it.
 * @param {string} modulePath
 * @param {string} scriptPath
 */
export async function trimBindings(modulePath, scriptPath) {
  const original = await readFile(scriptPath, "utf8");
  const script = UNUSED_CODE.reduce((text, unused) => text.replace(unused, ""), original);
  if (UNUSED_EXPORT.test(script)) throw new Error(`${scriptPath} calls an export that is removed. Adapt script/lib/trim-bindings.mjs.`);
  const found = [...new Set(script.match(HASHED_NAME))];
  const names = new Map(found.map((name, index) => [name, `f${index.toString(36)}`]));
  await writeFile(modulePath, trimModule(await readFile(modulePath), names));
  await writeFile(scriptPath, script.replace(HASHED_NAME, (name) => names.get(name)));
}
