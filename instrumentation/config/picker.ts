/** One setting at a time: environment beats file beats default; a bad value is named and the default stands in. */

import { shown } from '../core/unknown.ts'
import type { SettingsFile } from './file.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Picker {
  flag(variable: string, key: string, fallback: boolean): boolean
  choice<T extends string>(variable: string, key: string, allowed: readonly [T, ...T[]]): T
  milliseconds(key: string, fallback: number): number
  hours(variable: string, key: string, fallback: number): number
}

export function picker(env: Environment, file: SettingsFile, problems: string[]): Picker {
  /** The value, and where it is from; the environment first. */
  const found = (variable: string | undefined, key: string) => {
    const said = variable === undefined ? undefined : env[variable]?.trim()
    if (said) return { value: said, from: () => `${variable}=` }
    return { value: file.value[key], from: () => `${file.placeOf([key])}: ${key}=` }
  }
  const complain = (from: () => string, value: unknown, allowed: string, used: unknown): void => {
    problems.push(
      `${from()}${shown(value)} is not allowed; allowed: ${allowed}. Using ${String(used)}.`,
    )
  }
  return {
    flag(variable, key, fallback) {
      const { value, from } = found(variable, key)
      if (value === undefined) return fallback
      const word = shown(value).toLowerCase()
      if (word === 'true' || word === '1') return true
      if (word === 'false' || word === '0') return false
      complain(from, value, 'true, false, 1, 0', fallback)
      return fallback
    },
    choice(variable, key, allowed) {
      const { value, from } = found(variable, key)
      if (value === undefined) return allowed[0]
      const chosen = allowed.find((word) => word === value)
      if (chosen === undefined) complain(from, value, allowed.join(', '), allowed[0])
      return chosen ?? allowed[0]
    },
    hours(variable, key, fallback) {
      const { value, from } = found(variable, key)
      if (value === undefined) return fallback
      const hours = Number(value)
      // Below five minutes it would be a burden on who serves it; setTimeout has no room for a month.
      if (hours >= 1 / 12 && hours <= 500) return hours
      complain(from, value, 'hours from 0.084 to 500', fallback)
      return fallback
    },
    milliseconds(key, fallback) {
      const { value, from } = found(undefined, key)
      if (value === undefined) return fallback
      if (typeof value === 'number' && value > 0 && value <= 2 ** 31 - 1) return value
      complain(from, value, 'milliseconds above 0', fallback)
      return fallback
    },
  }
}
