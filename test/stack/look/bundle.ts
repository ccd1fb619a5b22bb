/** The page as one script, one style sheet and what those load. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const PAGE = join(import.meta.dirname, 'page')

export interface Bundle {
  /** By path, as the page asks for it; undefined: there is no such file. */
  read(path: string): Buffer | undefined
}

/** @param components the folder in which they are installed */
export function bundled(components: string): Bundle {
  const modules = join(components, 'node_modules')
  const out = join(components, 'page')
  execFileSync(
    join(modules, '.bin/esbuild'),
    [
      join(PAGE, 'index.jsx'),
      '--bundle',
      '--minify',
      '--jsx=automatic',
      '--format=iife',
      `--outdir=${out}`,
      '--loader:.woff=dataurl',
      '--loader:.woff2=dataurl',
      // An editor's, which no panel has.
      '--loader:.ttf=empty',
      '--define:process.env.NODE_ENV="production"',
      '--log-level=error',
    ],
    // The page stands outside of the folder that its imports are installed in.
    { env: { ...process.env, NODE_PATH: modules } },
  )
  return {
    read(path) {
      if (path === '/') return Buffer.from(HTML)
      const [, icon] = /\/img\/icons\/(.+\.svg)$/.exec(path) ?? []
      const file =
        icon === undefined
          ? join(out, path)
          : join(modules, '@grafana/ui/dist/public/img/icons', icon)
      try {
        return readFileSync(file)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
  }
}

const HTML =
  '<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/index.css"><div id="root"></div><script src="/index.js"></script>'
