import { generateKeyPairSync } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { corpSettings } from '../settings/corp.ts'
import { temporaryFolder } from '../support/temporaryFolder.ts'
import { createTestApp, elastic, rest } from '../support/testApp.ts'
import { parseExposition } from './exposition.ts'

it('the age of keys is the time since they were read, and is absent where none could be', async () => {
  const folder = await temporaryFolder()
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  await writeFile(join(folder, 'jwks.json'), JSON.stringify({ keys: [publicKey.export({ format: 'jwk' })] }))
  const algorithms = { allowed_signature_algorithms: '[ES256]' }
  const app = await createTestApp({
    settings:
      corpSettings({ ...algorithms, pkc_jwkset_path: join(folder, 'jwks.json') }) +
      corpSettings(
        { ...algorithms, order: '2', pkc_jwkset_path: join(folder, 'none.json') },
        'realms.jwt.gone',
      ),
  })
  const ages = async () => {
    const text = (await rest(app.fetch, 'GET', '/metrics', elastic)).body as string
    const { samples = [] } = parseExposition(text).get('profile_gateway_jwks_age_seconds') ?? {}
    return samples.map(({ labels, value }) => [labels.realm, value])
  }
  await vi.waitFor(async () => {
    expect(await ages()).toEqual([['corp', 0]])
  })
  await app.advance(90_000)
  expect(await ages()).toEqual([['corp', 90]])
  await app.close()
})
