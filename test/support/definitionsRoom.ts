import type { DefinitionsRoom } from '../../src/authorization/definitionsRoom.ts'

/** For any test's roles or role mappings. */
export const ample: DefinitionsRoom = { most: 1_000, mostBytes: 16 * 1024 * 1024 }
