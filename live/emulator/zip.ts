import { crc32 } from "node:zlib";

const LOCAL_HEADER = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const SIZES_OFFSET = 14;

/** A zip file with one file that is not compressed, as CreateFunction takes code. */
export function zipOf(name: string, text: string): Buffer {
  const data = Buffer.from(text);
  const sum = crc32(data);
  const local = header(30, LOCAL_HEADER, name, SIZES_OFFSET, sum, data.length);
  local.writeUInt16LE(VERSION, 4);
  const entry = header(46, ENTRY, name, SIZES_OFFSET + 2, sum, data.length);
  entry.writeUInt16LE(VERSION, 4);
  entry.writeUInt16LE(VERSION, 6);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(END, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length + data.length, 16);
  return Buffer.concat([local, data, entry, end]);
}

/** The part that both headers have: signature, sum, sizes and the name at the end. */
function header(
  length: number,
  signature: number,
  name: string,
  offset: number,
  sum: number,
  size: number,
): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(signature, 0);
  bytes.writeUInt32LE(sum, offset);
  bytes.writeUInt32LE(size, offset + 4);
  bytes.writeUInt32LE(size, offset + 8);
  bytes.writeUInt16LE(Buffer.byteLength(name), offset + 12);
  return Buffer.concat([bytes, Buffer.from(name)]);
}
