/**
 * Who may talk to us. We listen on loopback, but a web page anywhere can make a browser on this machine send requests
 * here under a name of its own that resolves to 127.0.0.1 (DNS rebinding): such a request names that host.
 */

export const LOOPBACK = '127.0.0.1'

export function isLoopback(host: string | undefined): boolean {
  const name = host?.toLowerCase().replace(/:\d+$/, '')
  if (name === undefined) return false
  return name === 'localhost' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)
}
