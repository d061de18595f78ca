import { readdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { gateway } from './cliProcess.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'

it('no code is kept in the folder for temporary files, where others could have put theirs', async () => {
  const folder = await temporaryFolder()
  expect(await gateway(['--version'], folder, { TMPDIR: folder }).ended).toBe(0)
  expect(await readdir(folder)).toEqual([])
})
