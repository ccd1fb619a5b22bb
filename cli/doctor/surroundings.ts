/** Everything that can be said without running the application. */

import { createRequire } from 'node:module'
import { environment, readConfig } from '../../instrumentation/config.ts'
import { at, text } from '../../instrumentation/core/unknown.ts'
import { endpointFindings } from './endpoint.ts'
import type { Finding } from './finding.ts'
import { nodeFinding, packageFinding, preloadFinding } from './node.ts'
import { apiFindings, clientFindings } from './packages.ts'
import { priceFindings } from './price-data.ts'
import { settingFindings } from './settings.ts'

/** @param folder in which the application is installed */
export async function surroundings(folder: string): Promise<readonly Finding[]> {
  const config = readConfig()
  const env = environment()
  return [
    nodeFinding(process.versions.node),
    packageFinding(folder, ownVersion()),
    preloadFinding(folder, env['NODE_OPTIONS'] ?? ''),
    ...settingFindings(config, env),
    ...(await priceFindings(config, Date.now())),
    ...(await endpointFindings(config.otel)),
    ...clientFindings(folder),
    ...apiFindings(folder),
  ]
}

/** What of it a run of the application does not show by itself. */
export function aroundARun(): readonly Finding[] {
  const all = [nodeFinding(process.versions.node), ...settingFindings(readConfig(), environment())]
  return all.filter(({ state }) => state !== 'ok')
}

function ownVersion(): string {
  const manifest: unknown = createRequire(import.meta.url)('costspan/package.json')
  return text(at(manifest, 'version')) ?? ''
}
