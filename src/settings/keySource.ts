import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { resolve } from 'node:path'
import { z } from 'zod'
import { systemReason } from '../systemReason.ts'

/** Where the public keys of a realm are. */
export type KeySource =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }

/** Reads where keys are: an https URL, or a file by its path from the folder. */
export function keySource(folder: string) {
  return (given: string, context: z.RefinementCtx): KeySource => {
    if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(given)) return { kind: 'file', path: resolve(folder, given) }
    const problem = urlProblem(given, 'expected an https URL, or a file')
    if (problem !== null) context.addIssue(problem)
    return { kind: 'url', url: given }
  }
}

/** Reads a URL to which credentials may be sent. */
export function endpoint(given: string, context: z.RefinementCtx): string {
  const problem = urlProblem(given, 'expected an https URL')
  if (problem !== null) context.addIssue(problem)
  return given
}

/** Reads a file of certificates, by its path from the folder. */
export function certificates(folder: string) {
  return (given: string, context: z.RefinementCtx): string => {
    try {
      const pem = readFileSync(resolve(folder, given), 'utf8')
      new X509Certificate(pem)
      return pem
    } catch (error) {
      context.addIssue(unreadable(error) ?? 'expected a file of certificates as PEM')
      return z.NEVER
    }
  }
}

/** Why a file that settings name cannot be read; null where it could be, and what it holds is wrong. */
export function unreadable(error: unknown): string | null {
  const { syscall } = error as NodeJS.ErrnoException
  return syscall === undefined ? null : `the file cannot be read: ${systemReason(error, reasons)}`
}

const reasons = {
  ENOENT: 'there is none at that path; a relative one begins at the folder of the settings',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
}

function urlProblem(given: string, expected: string): string | null {
  const url = URL.parse(given)
  if (!url || !['http:', 'https:'].includes(url.protocol)) return expected
  if (url.username + url.password !== '') return 'a URL must not hold credentials'
  if (url.protocol === 'https:' || isLoopback(given)) return null
  return `Not allowed to use HTTP URI [${given}]. Only HTTPS is supported.`
}

/** Plain HTTP reaches only this very machine, by an address that says so to whoever reads it. */
export function isLoopback(url: string): boolean {
  const [, host = ''] = /^http:\/\/([^/?#]*?)(?::\d*)?(?:[/?#]|$)/i.exec(url) ?? []
  return host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))
}
