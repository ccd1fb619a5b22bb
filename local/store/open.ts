/** Opening the database: ours, or set aside, or refused with one line that says what to do. */

import { existsSync, renameSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { LocalProblem } from '../problem.ts'
import { APPLICATION_ID, CREATE_TABLES, LAYOUT, MIGRATIONS } from './schema.ts'

export interface OpenOptions {
  /** File; in memory when absent. */
  readonly path?: string
  /** Only read: the file must exist, and a corrupt one stays where it is. Default false. */
  readonly readOnly?: boolean
  /** Told, in one line, when a corrupt file was set aside. */
  readonly notice?: (line: string) => void
}

/** @throws LocalProblem where the file can't be used. */
export function openDatabase(options: OpenOptions): DatabaseSync {
  const { path, readOnly = false, notice } = options
  if (path === undefined) return prepare(new DatabaseSync(':memory:'))
  if (readOnly && !existsSync(path)) {
    throw new LocalProblem(`${path}: no such file; costspan local --db ${path} writes one`)
  }
  try {
    return open(path, readOnly)
  } catch (error) {
    if (!isCorrupt(error)) throw asProblem(path, error)
    if (readOnly) throw new LocalProblem(`${path}: not a costspan database, or a damaged one`)
  }
  const aside = setAside(path)
  notice?.(`${path} is damaged or not a database; it is kept as ${aside}, and a new one is begun`)
  return open(path, false)
}

function open(path: string, readOnly: boolean): DatabaseSync {
  const db = new DatabaseSync(path, { readOnly, timeout: 5_000 })
  try {
    checkOwner(db, path, readOnly)
    const verdict = db.prepare('PRAGMA quick_check(1)').get()
    if (verdict?.['quick_check'] !== 'ok') throw new CorruptFile(String(verdict?.['quick_check']))
    if (readOnly) return db
    migrate(db)
    return prepare(db)
  } catch (error) {
    db.close()
    throw error
  }
}

class CorruptFile extends Error {
  override readonly name = 'CorruptFile'
}

/** Somebody else's database, and one of a newer costspan, are neither written to nor moved. */
function checkOwner(db: DatabaseSync, path: string, readOnly: boolean): void {
  const pragma = (name: string): unknown => db.prepare(`PRAGMA ${name}`).get()?.[name]
  const empty = db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n'] === 0
  if (empty && !readOnly) return
  if (pragma('application_id') !== APPLICATION_ID) {
    throw new LocalProblem(`${path}: a database of another program; name another file with --db`)
  }
  const layout = Number(pragma('user_version'))
  if (layout in MIGRATIONS && readOnly) {
    throw new LocalProblem(
      `${path}: written by an earlier costspan; costspan local --db ${path} brings it up to date`,
    )
  }
  if (layout !== LAYOUT && !(layout in MIGRATIONS)) {
    throw new LocalProblem(
      `${path}: written by another version of costspan; name another file with --db`,
    )
  }
}

/** All or nothing, step by step; the layout is looked at where nobody else can be changing it. */
function migrate(db: DatabaseSync): void {
  for (;;) {
    db.exec('BEGIN IMMEDIATE')
    const layout = Number(db.prepare('PRAGMA user_version').get()?.['user_version'])
    const step = MIGRATIONS[layout]
    if (step === undefined) {
      db.exec('COMMIT')
      return
    }
    try {
      db.exec(`${step} PRAGMA user_version = ${layout + 1}; COMMIT;`)
    } catch (error) {
      db.exec('ROLLBACK')
      throw error
    }
  }
}

/**
 * What is committed is on the disk before it is acknowledged: a killed process loses nothing of it, and neither does a
 * power cut (`NORMAL` would, by 0.2 ms less a batch, measured). The log is cut back after what made it long.
 */
function prepare(db: DatabaseSync): DatabaseSync {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;')
  db.exec('PRAGMA journal_size_limit = 16000000;')
  db.exec(CREATE_TABLES)
  return db
}

/** SQLITE_CORRUPT and SQLITE_NOTADB: sqlite.org/rescode.html */
export function isCorrupt(error: unknown): boolean {
  if (error instanceof CorruptFile) return true
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
  return code === 11 || code === 26
}

function asProblem(path: string, error: unknown): LocalProblem {
  if (error instanceof LocalProblem) return error
  const why = error instanceof Error ? error.message : String(error)
  return new LocalProblem(`${path}: ${why}; name a file that can be read and written with --db`)
}

function setAside(path: string): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  let aside = `${path}.damaged-${stamp}`
  for (let n = 2; existsSync(aside); n += 1) aside = `${path}.damaged-${stamp}-${n}`
  renameSync(path, aside)
  for (const suffix of ['-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  }
  return aside
}
