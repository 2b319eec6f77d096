// Numbers in LEB128, the variable-length encoding of WebAssembly.

/**
 * Reads a number.
 * @param {Buffer} bytes
 * @param {number} start
 * @returns {[number, number]} the number, and where the next byte is
 */
export function readLeb128(bytes, start) {
  let value = 0;
  let at = start;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value >>> 0, at];
  }
}

/** Returns the bytes of a number. */
export function writeLeb128(value) {
  const bytes = [];
  for (; value >= 0x80; value >>>= 7) bytes.push((value & 0x7f) | 0x80);
  return Buffer.from([...bytes, value]);
}
