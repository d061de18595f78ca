import { createApiKey, getApiKeys, invalidateApiKeys } from './apiKey.ts'
import { authenticate } from './authenticate.ts'
import { activateProfile } from './activateProfile.ts'
import { invalidateTokens } from './invalidateTokens.ts'
import { disableProfile, enableProfile, getProfiles, updateProfileData } from './profile.ts'
import { notAvailable } from './notAvailable.ts'
import { deleteRole, getRoles, putRole } from './role.ts'
import { queryApiKeys } from './queryApiKeys.ts'
import { deleteRoleMapping, getRoleMappings, putRoleMapping } from './roleMapping.ts'
import { root } from './root.ts'
import type { AnyRow } from './row.ts'
import { issueToken } from './token.ts'
import { changePassword, deleteUser, disableUser, enableUser, getUsers, putUser } from './user.ts'

/** Every endpoint of Elasticsearch's that the gateway answers. */
export const rows: readonly AnyRow[] = [
  root,
  authenticate,
  activateProfile,
  getProfiles,
  updateProfileData,
  enableProfile,
  disableProfile,
  putUser,
  getUsers,
  deleteUser,
  changePassword,
  enableUser,
  disableUser,
  putRole,
  getRoles,
  deleteRole,
  putRoleMapping,
  getRoleMappings,
  deleteRoleMapping,
  issueToken,
  invalidateTokens,
  createApiKey,
  getApiKeys,
  invalidateApiKeys,
  queryApiKeys,
  ...notAvailable,
]
