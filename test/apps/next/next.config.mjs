import { fileURLToPath } from 'node:url'

/** @type {import('next').NextConfig} */
export default {
  serverExternalPackages: ['costspan'],
  // This application lies in a repository with a lock file of its own.
  turbopack: { root: fileURLToPath(new URL('../../..', import.meta.url)) },
}
