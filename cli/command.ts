/** What a command is. People's words go to stderr, data to stdout. */

/** Exit codes: 0 done, 1 failed, 2 misused. */
export type ExitCode = 0 | 1 | 2

export interface Command {
  readonly name: string
  /** One line for `costspan --help`. */
  readonly summary: string
  /** The whole text of `costspan NAME --help`. */
  readonly help: string
  /**
   * Runs with the words after the command's name.
   * What it resolves with is the exit code; only of a program that it runs for the user it may be any other.
   * @throws Misuse where an option or its value is not allowed; `main` prints it and exits with 2.
   */
  run(args: readonly string[]): Promise<number>
}

/** A mistake in how a command was called: what, where, what is allowed, in one line. */
export class Misuse extends Error {
  override readonly name = 'Misuse'
}

/** Something the user can mend (a file that can't be read, a port in use): one line, exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure'
}
