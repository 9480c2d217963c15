// The one encoding that all SSH key formats share (RFC 4251, section 5).

/** A string of the SSH protocol: its length in four bytes, then its bytes. */
export function sshString(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([sshNumber(bytes.length), bytes]);
}

/** A uint32 of the SSH protocol. */
export function sshNumber(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
