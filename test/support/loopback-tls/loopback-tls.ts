/** Key and certificate of a server on 127.0.0.1. */

import { readFileSync } from 'node:fs'

const read = (name: string): string => readFileSync(new URL(name, import.meta.url), 'utf8')

export const LOOPBACK_TLS = { key: read('key.pem'), cert: read('cert.pem') }
