/*
 * An OAuth validator for PostgreSQL 18 that takes one token only. Debian 12 has no headers of that
 * version, so what is needed of them stands here.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* fmgr.h */
static const struct {
	int len, version, funcmaxargs, indexmaxkeys, namedatalen, float8byval;
	char abi_extra[32];
	const char *name, *module_version;
} magic = {sizeof magic, 1800, 100, 32, 64, true, "PostgreSQL"};

const void *Pg_magic_func(void) { return &magic; }

/* libpq/oauth.h */
typedef struct {
	bool authorized;
	char *authn_id;
} Result;

static bool validate(const void *state, const char *token, const char *role, Result *result)
{
	result->authorized = strcmp(token, "token-in-capture") == 0;
	return true;
}

static const struct {
	uint32_t magic;
	void *startup, *shutdown;
	bool (*validate)(const void *, const char *, const char *, Result *);
} callbacks = {0x20250220, NULL, NULL, validate};

const void *_PG_oauth_validator_module_init(void) { return &callbacks; }
