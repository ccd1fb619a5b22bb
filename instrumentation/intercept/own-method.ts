/** Methods of one object, replaced for it alone: its class, and every other object of it, stays as it is. */

/**
 * Puts a method of its own on the object, which listing its properties does not show; what it stands in for is given to
 * `around`. The function returned takes it away again, unless somebody has laid another over it.
 */
export function ownMethod<T extends object, Name extends keyof T & string>(
  target: T,
  name: Name,
  around: (native: T[Name]) => T[Name],
): () => void {
  const native = target[name]
  const had = Object.getOwnPropertyDescriptor(target, name)
  const value = around(native)
  // Under the name of what it stands in for, and as long.
  const { length } = native as (...args: unknown[]) => unknown
  Object.defineProperties(value, {
    name: { value: name, configurable: true },
    length: { value: length, configurable: true },
  })
  Object.defineProperty(target, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: had?.enumerable ?? false,
  })
  return () => {
    if (target[name] !== value) return
    if (had === undefined) Reflect.deleteProperty(target, name)
    else Object.defineProperty(target, name, had)
  }
}
