/**
 * Mistral. Streams carry usage unasked; the tier that answered stands in the usage.
 * Source: types of @mistralai/mistralai 2.7.0, `UsageInfo`, read 2026-11-26.
 */

import { text } from '../../core/unknown.ts'
import type { Host } from '../host.ts'

export const mistral: Host = {
  names: ['api.mistral.ai'],
  provider: 'mistral_ai',
  takesStreamUsage: 'nowhere',
  usage(usage) {
    const serviceTier = text(usage['service_tier'])
    return serviceTier === undefined ? {} : { context: { serviceTier } }
  },
}
