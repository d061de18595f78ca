import { expect, it } from 'vitest'
import { gateway } from './cliProcess.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'

const sayMode = `data:text/javascript,${encodeURIComponent('process.on("exit", () => console.log(process.env.NODE_ENV))')}`

it.each([
  ['production, where nothing is said', {}, 'production'],
  ['what is said', { NODE_ENV: 'development' }, 'development'],
])('libraries are told %s', async (_, environment, mode) => {
  const folder = await temporaryFolder()
  const process = gateway(['--version'], folder, { ...environment, NODE_OPTIONS: `--import ${sayMode}` })
  expect(await process.ended).toBe(0)
  expect(process.out.trim().split('\n').at(-1)).toBe(mode)
})
