import type { ImportRepository } from './importRepository.ts'

const nothing = () => Promise.resolve([])
const none = { count: () => Promise.resolve(0), find: nothing, add: nothing, put: () => Promise.resolve() }

/** A database in which there is nothing, and into which nothing comes: for whoever only wants to know what would happen. */
export const noImports: ImportRepository = {
  users: none,
  roles: none,
  roleMappings: none,
  profiles: { holders: nothing, add: nothing, replace: nothing },
}
