/** CRC-32 as in IEEE 802.3, zlib and PNG: finds every change of up to 32 bits in a row, and nearly all others. */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * Of the bytes from … to, as an unsigned number.
 * @param before the sum of what comes before them
 */
export function crc32(bytes: Uint8Array, from = 0, to = bytes.length, before = 0): number {
  let sum = before ^ 0xffffffff;
  for (let at = from; at < to; at++) sum = (sum >>> 8) ^ (TABLE[(sum ^ (bytes[at] as number)) & 0xff] as number);
  return (sum ^ 0xffffffff) >>> 0;
}
