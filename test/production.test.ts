import { expect, it } from 'vitest'
import { gateway } from './cliProcess.ts'
import { temporaryFolder } from './support/temporaryFolder.ts'

/** What the environment says when the program ends, and whether GraphQL, which has read it then, was loaded. */
const told = encodeURIComponent(`
  const { _cache: loaded } = process.getBuiltinModule('node:module')
  process.on('exit', () => {
    console.log(process.env.NODE_ENV, Object.keys(loaded).some((path) => path.includes('/node_modules/graphql/')))
  })`)

it.each([
  ['production, where nothing is said', {}, 'production'],
  ['what is said', { NODE_ENV: 'development' }, 'development'],
])('libraries are told %s, before they are loaded', async (_, environment, mode) => {
  const folder = await temporaryFolder()
  const NODE_OPTIONS = `--import data:text/javascript,${told}`
  const program = gateway(['--version'], folder, { ...environment, NODE_OPTIONS })
  expect(await program.ended).toBe(0)
  expect(program.out.trim().split('\n').at(-1)).toBe(`${mode} false`)
})
