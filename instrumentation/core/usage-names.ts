/** Names for what OpenTelemetry's conventions have none for: counts, and what a price depends on. */

import type { PriceContext } from './call.ts'
import type { InclusiveCounts } from './inclusive-usage.ts'

/** Counts without a conventional attribute, by their name after `costspan.usage.`; inclusive like the others. */
export const USAGE_REST = {
  cache_write_30m: 'cacheWrite30m',
  cache_write_12h: 'cacheWrite12h',
  audio_cache_read: 'audioCacheRead',
  image_cache_read: 'imageCacheRead',
  video_input: 'videoInput',
  video_output: 'videoOutput',
  web_searches: 'webSearches',
  file_searches: 'fileSearches',
  x_searches: 'xSearches',
  rerank_searches: 'rerankSearches',
  requests: 'requests',
  citations: 'citations',
  code_sessions: 'codeSessions',
  pages: 'pages',
  images: 'images',
  video_seconds: 'videoSeconds',
  characters: 'characters',
  audio_seconds: 'audioSeconds',
} as const satisfies Readonly<Record<string, keyof InclusiveCounts>>

/** By their name after `costspan.price.context.`; the service tier has an attribute of its provider's. */
export const PRICE_CONTEXT = {
  speed: 'speed',
  inference_geo: 'inferenceGeo',
  region: 'region',
  routing: 'routing',
  search_context_size: 'searchContextSize',
  image_size: 'imageSize',
  image_quality: 'imageQuality',
  resolution: 'resolution',
} as const satisfies Readonly<Record<string, keyof PriceContext>>
