import { execFileSync } from 'node:child_process'
import { readdirSync, readlinkSync } from 'node:fs'
import { rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { createJwksFile } from '../../../src/authentication/jwt/jwksFile.ts'
import { temporaryFolder } from '../../support/temporaryFolder.ts'

const { signal } = new AbortController()
let path: string

beforeEach(async () => {
  path = join(await temporaryFolder(), 'jwks.json')
})

describe('a file of keys', () => {
  it('is read whole, and does not say how long it holds', async () => {
    await writeFile(path, '{"keys":[]} größer')
    expect(await createJwksFile(path)(signal)).toEqual({ text: '{"keys":[]} größer', maxAge: null })
  })

  it('is read anew each time: replaced, removed, there again', async () => {
    const read = createJwksFile(path)
    await writeFile(path, 'one')
    expect(await read(signal)).toMatchObject({ text: 'one' })
    await writeFile(`${path}.new`, 'two')
    await rename(`${path}.new`, path)
    expect(await read(signal)).toMatchObject({ text: 'two' })
    await rm(path)
    await expect(read(signal)).rejects.toThrow(new Error('there is no such file (ENOENT)'))
    await writeFile(path, 'three')
    expect(await read(signal)).toMatchObject({ text: 'three' })
  })

  it('may be a link to one', async () => {
    await writeFile(`${path}.there`, 'linked')
    await symlink(`${path}.there`, path)
    expect(await createJwksFile(path)(signal)).toMatchObject({ text: 'linked' })
  })

  it('is refused if it is a folder, a device or a pipe, without waiting for anybody', async () => {
    const pipe = `${path}.pipe`
    execFileSync('mkfifo', [pipe])
    for (const other of [join(path, '..'), '/dev/zero', pipe]) {
      await expect(createJwksFile(other)(signal)).rejects.toThrow(new Error('it is no regular file'))
    }
  })

  it('has at most 1 MiB', async () => {
    await writeFile(path, 'x'.repeat(1_048_576))
    expect((await createJwksFile(path)(signal)).text).toHaveLength(1_048_576)
    await truncate(path, 1_048_577)
    await expect(createJwksFile(path)(signal)).rejects.toThrow(new Error('it is longer than 1048576 bytes'))
  })

  it('is refused if it is not UTF-8, without what it holds', async () => {
    await writeFile(path, Buffer.concat([Buffer.from('s3cret'), Buffer.from([0xff])]))
    await expect(createJwksFile(path)(signal)).rejects.toThrow(new Error('it is not UTF-8'))
  })

  it('is not read once nobody wants it any more', async () => {
    await writeFile(path, 'x')
    const reason = new Error('enough')
    await expect(createJwksFile(path)(AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  it.runIf(process.platform === 'linux')('is closed again, whatever came of it', async () => {
    const open = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(`/proc/self/fd/${fd}`) === path)
    const read = createJwksFile(path)
    for (const text of ['x', 'x'.repeat(1_048_577), Buffer.from([0xff])]) {
      await writeFile(path, text)
      await read(signal).catch(() => undefined)
      await read(AbortSignal.abort()).catch(() => undefined)
      expect(open()).toEqual([])
    }
  })
})

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}
