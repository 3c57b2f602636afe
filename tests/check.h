/* What every C test needs: cmocka and the headers that it wants in front of it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail /* base/error.h has a function of that name; tests use assertions alone */

#include "libcontainer/base/cleanup.h"
