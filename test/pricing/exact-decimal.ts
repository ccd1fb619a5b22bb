/** Evaluates the hand arithmetic of a price vector with exact fractions, independently of the engine. */

interface Fraction {
  readonly n: bigint
  readonly d: bigint
}

const OPERATIONS: Readonly<Record<string, (a: Fraction, b: Fraction) => Fraction>> = {
  '+': (a, b) => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d }),
  '-': (a, b) => ({ n: a.n * b.d - b.n * a.d, d: a.d * b.d }),
  '*': (a, b) => ({ n: a.n * b.n, d: a.d * b.d }),
  '/': (a, b) => ({ n: a.n * b.d, d: a.d * b.n }),
}

/**
 * The value of `(200*2.5+800*1.25)/1000000` as a decimal text without trailing zeros.
 * @throws Error where it is not such an expression or has no finite decimal form.
 */
export function exactDecimal(working: string): string {
  const tokens = working.match(/\d+(?:\.\d+)?|[-+*/()]/g) ?? []
  if (tokens.join('') !== working.replaceAll(' ', '')) throw new Error(`not arithmetic: ${working}`)
  const rest = [...tokens]
  const value = sum(rest)
  if (rest.length > 0) throw new Error(`not arithmetic: ${working}`)
  return text(value)
}

function sum(rest: string[]): Fraction {
  return chain(rest, ['+', '-'], (tokens) => chain(tokens, ['*', '/'], factor))
}

function chain(
  rest: string[],
  operators: readonly string[],
  operand: (rest: string[]) => Fraction,
): Fraction {
  let value = operand(rest)
  while (operators.includes(rest[0] ?? '')) {
    const operation = OPERATIONS[rest.shift() ?? '']
    if (operation === undefined) break
    value = operation(value, operand(rest))
  }
  return value
}

function factor(rest: string[]): Fraction {
  const token = rest.shift() ?? ''
  if (token === '(') {
    const value = sum(rest)
    if (rest.shift() !== ')') throw new Error('a bracket is not closed')
    return value
  }
  const [whole = '', fraction = ''] = token.split('.')
  if (!/^\d+$/.test(whole)) throw new Error(`not a number: '${token}'`)
  return { n: BigInt(whole + fraction), d: 10n ** BigInt(fraction.length) }
}

function text({ n, d }: Fraction): string {
  const places = Array.from({ length: 25 }, (_, index) => index).find(
    (index) => (n * 10n ** BigInt(index)) % d === 0n,
  )
  if (places === undefined) throw new Error(`${n}/${d} has no finite decimal form`)
  const digits = String((n * 10n ** BigInt(places)) / d).padStart(places + 1, '0')
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`
}
