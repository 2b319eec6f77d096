// Shortens the names of the functions that the base module imports from its script. wasm-bindgen ends each with 16 digits of a
// hash, which don't compress, once in the module and once in the script.

import { readFile, writeFile } from "node:fs/promises";
import { readLeb128, writeLeb128 } from "./leb128.mjs";

const HEADER_BYTES = 8;
const IMPORT_SECTION = 2;
const HASHED_NAME = /\b__wbg_\w+_[0-9a-f]{16}\b/g;

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

/** Returns the module with other names of imported functions. */
function renameImports(module, names) {
  const output = [module.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at < module.length; ) {
    const [length, begin] = readLeb128(module, at + 1);
    const end = begin + length;
    if (module[at] !== IMPORT_SECTION) {
      output.push(module.subarray(at, end));
    } else {
      const section = [];
      const [count, first] = readLeb128(module, begin);
      section.push(writeLeb128(count));
      let next = first;
      for (let index = 0; index < count; index++) next = copyImport(module, next, names, section);
      const body = Buffer.concat(section);
      output.push(Buffer.from([IMPORT_SECTION]), writeLeb128(body.length), body);
    }
    at = end;
  }
  return Buffer.concat(output);
}

/**
 * Shortens the names in a module and the script that instantiates it.
 * @param {string} modulePath
 * @param {string} scriptPath
 */
export async function shortenImports(modulePath, scriptPath) {
  const script = await readFile(scriptPath, "utf8");
  const found = [...new Set(script.match(HASHED_NAME))];
  const names = new Map(found.map((name, index) => [name, `f${index.toString(36)}`]));
  await writeFile(modulePath, renameImports(await readFile(modulePath), names));
  await writeFile(scriptPath, script.replace(HASHED_NAME, (name) => names.get(name)));
}
