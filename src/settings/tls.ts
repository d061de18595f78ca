import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createSecureContext } from 'node:tls'
import { z } from 'zod'
import { Failure } from '../errors.ts'
import { certificates, unreadable } from './keySource.ts'

/** Who the gateway is on an encrypted connection, as PEM. */
export interface Tls {
  /** Its certificate, and those between it and an authority that clients know. */
  readonly certificate: string
  readonly key: string
  /** Where both were read. */
  readonly files: TlsFiles
}

interface TlsFiles {
  readonly certificate: string
  readonly key: string
}

/** Reads both again. @throws `CONFIGURATION` if they cannot be used, with what is wrong as its problems */
export function readTls(files: TlsFiles): Tls {
  const read = tls('.').safeParse(files)
  if (read.data) return read.data
  const problems = read.error?.issues.map(({ path, message }) => `${['tls', ...path].join('.')}: ${message}`)
  throw new Failure('CONFIGURATION', 'the certificate and its key cannot be used', {
    problems: problems ?? [],
  })
}

/** Reads the two files by their paths from the folder; null without them. */
export function tls(folder: string) {
  return z
    .strictObject({
      certificate: file
        .transform(read(folder, certificates(folder)))
        .optional()
        .meta({
          ...{ expected: 'the path of a file', examples: ['server.pem'] },
          description:
            'Its certificate as PEM, followed by those between it and an authority that clients know.',
        }),
      key: file
        .transform(read(folder, privateKey(folder)))
        .optional()
        .meta({
          ...{ expected: 'the path of a file', examples: ['server.key.pem'] },
          description: 'The private key that belongs to it, as PEM without a passphrase.',
        }),
    })
    .prefault({})
    .describe(
      'The certificate of the gateway. Without one, it listens on this machine alone, or behind a proxy.',
    )
    .transform(({ certificate, key }, context): Tls | null => {
      if (certificate === undefined && key === undefined) return null
      if (certificate === undefined || key === undefined) {
        context.addIssue('expected both certificate and key')
        return z.NEVER
      }
      const problem = pairProblem(certificate.pem, key.pem)
      if (problem !== null) context.addIssue(problem)
      return {
        ...{ certificate: certificate.pem, key: key.pem },
        files: { certificate: certificate.path, key: key.path },
      }
    })
}

/** With where it is: what is renewed is read there again. */
function read(folder: string, reader: (given: string, context: z.RefinementCtx) => string) {
  return (given: string, context: z.RefinementCtx) => ({
    path: resolve(folder, given),
    pem: reader(given, context),
  })
}

const file = z.string({ error: 'expected the path of a file' })

function privateKey(folder: string) {
  return (given: string, context: z.RefinementCtx): string => {
    try {
      const pem = readFileSync(resolve(folder, given), 'utf8')
      createPrivateKey(pem)
      return pem
    } catch (error) {
      context.addIssue(unreadable(error) ?? 'expected a file with a private key as PEM, without a passphrase')
      return z.NEVER
    }
  }
}

function pairProblem(certificate: string, key: string): string | null {
  if (!new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    return 'the key does not belong to the certificate, which has to be the first one in its file'
  }
  try {
    createSecureContext({ cert: certificate, key })
    return null
  } catch {
    // Such as a key that is too short.
    return 'TLS is not possible with this certificate and key'
  }
}
