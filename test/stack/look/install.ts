/**
 * What tests of the dashboards borrow from Grafana, and what is no dependency of this project: installed once, into
 * `node_modules/.cache/costspan-look` or where $COSTSPAN_LOOK_CACHE says.
 *
 * node test/stack/look/install.ts   installs the grammar of TraceQL, which is small
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reasonIn } from '../../bench/install.ts'
import { ROOT } from '../support/stack.ts'

export interface Borrowed {
  readonly name: string
  readonly packages: Readonly<Record<string, string>>
}

/**
 * The components that Grafana's panels are made of, and what bundles them: 640 MB. Their next major could not be
 * installed in November 2026: its own pins are missing on npm.
 */
export const COMPONENTS: Borrowed = {
  name: 'components',
  packages: {
    '@fontsource/inter': '5.2.8',
    '@grafana/data': '12.4.10',
    '@grafana/ui': '12.4.10',
    esbuild: '0.28.2',
    react: '18.3.1',
    'react-dom': '18.3.1',
  },
}

/** The grammar by which Grafana's editor of TraceQL says what is wrong. */
export const GRAMMAR: Borrowed = {
  name: 'grammar',
  packages: { '@grafana/lezer-traceql': '1.0.0', '@lezer/lr': '1.4.2' },
}

const cacheFolder = (): string =>
  process.env['COSTSPAN_LOOK_CACHE'] ?? join(ROOT, 'node_modules/.cache/costspan-look')

const manifestOf = ({ packages }: Borrowed): string =>
  JSON.stringify({ private: true, dependencies: packages }, null, 2)

/** The folder with `node_modules`; undefined where it is not installed, or with other pins. */
export function found(borrowed: Borrowed): string | undefined {
  const folder = join(cacheFolder(), borrowed.name)
  // npm writes this one last.
  if (!existsSync(join(folder, 'node_modules/.package-lock.json'))) return undefined
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8')
  return manifest === manifestOf(borrowed) ? folder : undefined
}

/** @returns the folder with `node_modules` @throws Error with npm's reason, in a line */
export function installed(borrowed: Borrowed): string {
  const known = found(borrowed)
  if (known !== undefined) return known
  const folder = join(cacheFolder(), borrowed.name)
  console.error(`installing ${Object.keys(borrowed.packages)[0]} into ${folder}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), manifestOf(borrowed))
  // `npm run` tells its children which project they are in.
  const { npm_config_local_prefix: _, ...env } = process.env
  try {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  } catch (error) {
    const { stderr } = error as { stderr?: Buffer }
    throw new Error(`npm install: ${reasonIn(stderr?.toString() ?? String(error))}`, {
      cause: error,
    })
  }
  return folder
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installed(GRAMMAR)
