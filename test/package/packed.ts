/** The package as npm would publish it, laid out as at a user: its run-time dependencies beside it, nothing else. */

import { execFile, type ExecFileException } from 'node:child_process'
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const repository = fileURLToPath(new URL('../..', import.meta.url))

export interface Manifest {
  readonly name: string
  readonly bin: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies: Readonly<Record<string, string>>
}

export interface Packed {
  /** The .tgz file. */
  readonly tarball: string
  /** Bytes of the .tgz. */
  readonly size: number
  /** Bytes once unpacked. */
  readonly unpackedSize: number
  /** Paths inside the package. */
  readonly files: readonly string[]
  readonly manifest: Manifest
  /** A project of `"type": "module"` that has the package installed. */
  readonly consumer: string
  /** Removes all of it. */
  remove(): Promise<void>
}

/** Packs what is built; `dist` is not built anew. */
export async function pack(): Promise<Packed> {
  const place = await realpath(await mkdtemp(join(tmpdir(), 'costspan-package-')))
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', place]
  const { code, stdout, stderr } = await run('npm', args, repository)
  if (code !== 0) throw new Error(`npm pack: ${stderr}`)
  const [report] = JSON.parse(stdout) as [
    { filename: string; size: number; unpackedSize: number; files: { path: string }[] },
  ]
  const tarball = join(place, report.filename)
  const consumer = join(place, 'consumer')
  const manifest = await install(tarball, consumer)
  return {
    tarball,
    size: report.size,
    unpackedSize: report.unpackedSize,
    files: report.files.map((file) => file.path),
    manifest,
    consumer,
    remove: () => rm(place, { recursive: true }),
  }
}

async function install(tarball: string, consumer: string): Promise<Manifest> {
  await mkdir(consumer, { recursive: true })
  await writeFile(join(consumer, 'package.json'), '{ "type": "module", "private": true }')
  // @types/node is what a TypeScript project on Node has of its own.
  return layInto(tarball, consumer, ['@types/node'])
}

/** Puts the package into a project's `node_modules`, and links its run-time dependencies, and `others`, to those of here. */
export async function layInto(
  tarball: string,
  project: string,
  others: readonly string[] = [],
): Promise<Manifest> {
  const home = join(project, 'node_modules', 'costspan')
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  const { code, stderr } = await run('tar', ['-xzf', tarball, '--strip-components=1'], home)
  if (code !== 0) throw new Error(`tar: ${stderr}`)
  const manifest = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as Manifest
  for (const name of [...Object.keys(manifest.dependencies), ...others]) {
    const link = join(project, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await rm(link, { force: true })
    await symlink(join(repository, 'node_modules', name), link)
  }
  return manifest
}

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, by default for 20 s at most; a program that had to be killed has code -1. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  timeout = 20_000,
): Promise<Finished> {
  return new Promise((resolve) => {
    execFile(program, args, { cwd, timeout, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      resolve({ code: exitCode(error), stdout, stderr })
    })
  })
}

function exitCode(error: ExecFileException | null): number {
  if (error === null) return 0
  return typeof error.code === 'number' ? error.code : -1
}
