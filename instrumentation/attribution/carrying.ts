/**
 * What asynchronous context loses by itself: a generator's body runs in the context of whoever reads it, and the events
 * of an incoming request in that of its connection (measured, Node 24: listeners of `data` and `end` see no store).
 */

/** Runs work in the context that is to be carried along. */
export type Run = <R>(work: () => R) => R

interface GeneratorLike {
  next: unknown
  return: unknown
  throw: unknown
}

/** The same value; of a generator, plain or asynchronous, the steps run in the context. */
export function carryGenerator<T>(value: T, run: Run): T {
  if (!isGenerator(value)) return value
  for (const step of ['next', 'return', 'throw'] as const) {
    const original = value[step]
    if (typeof original !== 'function') continue
    Object.defineProperty(value, step, {
      value: (...args: readonly unknown[]): unknown =>
        run(() => Reflect.apply(original, value, args) as unknown),
      configurable: true,
      writable: true,
    })
  }
  return value
}

function isGenerator(value: unknown): value is GeneratorLike {
  if (typeof value !== 'object' || value === null) return false
  if (!(Symbol.asyncIterator in value) && !(Symbol.iterator in value)) return false
  const tag: unknown = Reflect.get(value, Symbol.toStringTag)
  return (tag === 'AsyncGenerator' || tag === 'Generator') && Object.isExtensible(value)
}

type Emit = (...args: readonly unknown[]) => unknown

/** What we have put in place of an emitter's own `emit`, and that. */
const carried = new WeakMap<object, { readonly ours: Emit; readonly own: Emit }>()

/** Listeners of this emitter run in the context from now on; of several contexts the last one counts. */
export function carryEvents(emitter: unknown, run: Run): void {
  if (typeof emitter !== 'object' || emitter === null || !('emit' in emitter)) return
  if (typeof emitter.emit !== 'function') return
  const before = carried.get(emitter)
  const own = before?.ours === emitter.emit ? before.own : (emitter.emit as Emit)
  const ours = function (this: unknown, ...args: readonly unknown[]): unknown {
    return run(() => Reflect.apply(own, this, args))
  }
  carried.set(emitter, { ours, own })
  emitter.emit = ours
}
