/** The shipped configuration with a part changed: what a test shows to go wrong without it. */

import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { CONFIG } from './stack.ts'

interface Pipeline {
  receivers: string[]
  processors?: string[]
  exporters: string[]
}

/** The parts of `collector.yaml` that tests change. */
export interface CollectorFile {
  readonly processors: Record<string, Record<string, unknown>>
  readonly connectors: { readonly signal_to_metrics: { readonly spans: { description: string }[] } }
  readonly exporters: Record<string, Record<string, unknown>>
  readonly service: { readonly pipelines: Record<string, Pipeline> }
}

/** @returns the file to start a Collector with */
export function collectorWith(change: (file: CollectorFile) => void): string {
  const file = parse(readFileSync(join(CONFIG, 'collector.yaml'), 'utf8')) as CollectorFile
  change(file)
  const path = join(mkdtempSync(join(tmpdir(), 'costspan-variant-')), 'collector.yaml')
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(file))
  return path
}

export function pipeline(file: CollectorFile, name: string): Pipeline {
  const found = file.service.pipelines[name]
  if (found === undefined) throw new Error(`collector.yaml has no pipeline ${name}`)
  return found
}

/** Takes a processor out of a pipeline; a name that is not there is a test that shows nothing. */
export function without(file: CollectorFile, name: string, processor: string): void {
  const { processors = [] } = pipeline(file, name)
  const place = processors.indexOf(processor)
  if (place < 0) throw new Error(`${name} has no ${processor}`)
  processors.splice(place, 1)
}
