/** What can go wrong with the local viewer that its user can mend: one line, ready to be printed. */
export class LocalProblem extends Error {
  override readonly name = 'LocalProblem'
}
