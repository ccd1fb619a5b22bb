/**
 * Grafana's own components, and what bundles them: 640 MB that are no dependency of this project. Installed once, into
 * `node_modules/.cache/costspan-look` or where $COSTSPAN_LOOK_CACHE says.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonIn } from '../../bench/install.ts'
import { ROOT } from '../support/stack.ts'

/** Their next major could not be installed in November 2026: its own pins are missing on npm. */
const PACKAGES = {
  '@fontsource/inter': '5.2.8',
  '@grafana/data': '12.4.10',
  '@grafana/ui': '12.4.10',
  esbuild: '0.28.2',
  react: '18.3.1',
  'react-dom': '18.3.1',
}

/** @returns the folder with `node_modules` @throws Error with npm's reason, in a line */
export function installedComponents(): string {
  const folder =
    process.env['COSTSPAN_LOOK_CACHE'] ?? join(ROOT, 'node_modules/.cache/costspan-look')
  const manifest = join(folder, 'package.json')
  const wanted = JSON.stringify({ private: true, dependencies: PACKAGES }, null, 2)
  // npm writes this one last.
  const complete = existsSync(join(folder, 'node_modules/.package-lock.json'))
  if (complete && readFileSync(manifest, 'utf8') === wanted) return folder
  console.error(`installing Grafana's components into ${folder}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(manifest, wanted)
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
