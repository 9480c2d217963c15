// What the ssh of this program has not, and OpenSSH's own client has.
import { ConnectError } from '../../model/index.ts';

/** A host could not be reached because something is missing here; `lacking` says what, behind "because". */
export class LackingError extends ConnectError {
  readonly lacking: string;

  constructor(
    lacking: string,
    code: string,
    message: string,
    details: ConstructorParameters<typeof ConnectError>[2],
  ) {
    super(code, message, details);
    this.lacking = lacking;
  }
}

/** The same error, for a host that OpenSSH's own client may be tried on. */
export function asLacking(lacking: string, error: ConnectError): LackingError {
  const { code, message, hint, location, host, cause } = error;
  return new LackingError(lacking, code, message, {
    ...(host === undefined ? {} : { host }),
    ...(hint === undefined ? {} : { hint }),
    ...(location === undefined ? {} : { location }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** What is missing, if an error or what caused it says so. */
export function lackingIn(error: unknown): string | undefined {
  if (error instanceof LackingError) return error.lacking;
  return error instanceof ConnectError && error.cause !== undefined ? lackingIn(error.cause) : undefined;
}
