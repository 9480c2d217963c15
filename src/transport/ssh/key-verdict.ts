// What a file that is named as a private key turns out to be.
import type { ParsedKey } from 'ssh2';

/** A file's content, judged. Hints may hold the word FILE for the path. */
export type KeyFile =
  | { readonly kind: 'private'; readonly key: ParsedKey }
  /** Under a passphrase; the public half is known when the format shows it. */
  | { readonly kind: 'locked'; readonly publicKey: Buffer | undefined }
  | { readonly kind: 'public'; readonly publicKey: Buffer }
  | {
      readonly kind: 'unusable';
      readonly is: string;
      readonly hint: string;
      /** Set for a key that OpenSSH's own client can use. */
      readonly lacking?: string;
    };
