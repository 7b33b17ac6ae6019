/** Why the server could not start, for programs. Exit code is 1 for each. */
export type StartErrorCode =
  | 'config_invalid'
  | 'data_folder_unusable'
  | 'data_folder_in_use'
  | 'data_folder_too_new'
  | 'data_folder_broken'
  | 'database_missing'
  | 'database_failed'
  | 'database_unreachable'
  | 'database_too_new'
  | 'port_in_use'
  | 'start_failed';

/** The server cannot start. `message` is one sentence for a person that says what to do; show it without the stack. */
export class StartError extends Error {
  readonly code: StartErrorCode;

  constructor(code: StartErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'StartError';
    this.code = code;
  }
}

/** The `code` of a system error such as `ENOENT`, or an empty string. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
