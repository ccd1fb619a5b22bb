/**
 * Hourly sums of what was pruned: spend by whom and what it was for outlives the single calls. Absent values are empty
 * texts, because a key can't hold NULL.
 */

/** Of calls: what single columns are summed by. `model` is the one asked for, else the one that answered. */
export const CALL_KEYS = [
  'service',
  'environment',
  'provider',
  'model',
  'operation',
  'call_end',
  'status',
  'reason',
  'waste',
  'feature',
  'team',
  'cost_center',
  'prompt_name',
  'prompt_version',
] as const

/** Of outcomes and other costs. */
export const RECORD_KEYS = [
  'service',
  'environment',
  'feature',
  'team',
  'prompt_name',
  'prompt_version',
] as const

const texts = (keys: readonly string[]): string =>
  keys.map((key) => `${key} TEXT NOT NULL`).join(', ')
const integers = (sums: readonly string[]): string =>
  sums.map((sum) => `${sum} INTEGER NOT NULL`).join(', ')

/** Money as `moneySum` has it: micro-dollars and a rest in pico-dollars. */
export const CALL_SUMS = [
  'calls',
  'priced',
  'attempts',
  'repeats',
  'input_tokens',
  'input_counted',
  'output_tokens',
  'output_counted',
  'cache_read_tokens',
  'cache_write_tokens',
  'usd_micro',
  'usd_rest',
] as const
export const COST_SUMS = ['records', 'usd_micro', 'usd_rest'] as const
export const OUTCOME_SUMS = [
  'records',
  'duplicates',
  'valued',
  'value_micro',
  'value_rest',
] as const

/** A unit of which some calls are gone and others not: what it cost as a whole can't be told any more. */
export const ROLLUP_TABLES = `
CREATE TABLE IF NOT EXISTS call_hours (
  hour INTEGER NOT NULL, ${texts(CALL_KEYS)}, ${integers(CALL_SUMS)},
  PRIMARY KEY (hour, ${CALL_KEYS.join(', ')})
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS part_hours (
  hour INTEGER NOT NULL, ${texts(RECORD_KEYS)}, part TEXT NOT NULL, ${integers(COST_SUMS)},
  PRIMARY KEY (hour, ${RECORD_KEYS.join(', ')}, part)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cost_hours (
  hour INTEGER NOT NULL, ${texts(RECORD_KEYS)}, component TEXT NOT NULL, origin TEXT NOT NULL, ${integers(COST_SUMS)},
  PRIMARY KEY (hour, ${RECORD_KEYS.join(', ')}, component, origin)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outcome_hours (
  hour INTEGER NOT NULL, ${texts(RECORD_KEYS)}, name TEXT NOT NULL, success TEXT NOT NULL, ${integers(OUTCOME_SUMS)},
  PRIMARY KEY (hour, ${RECORD_KEYS.join(', ')}, name, success)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cut_units (
  unit_type TEXT NOT NULL, unit_id TEXT NOT NULL, PRIMARY KEY (unit_type, unit_id)
) STRICT, WITHOUT ROWID;`

/** Milliseconds. */
export const HOUR = 3_600_000
