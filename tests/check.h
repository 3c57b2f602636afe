/* What every C test needs: cmocka and the headers that it wants in front of it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
/* base/error.h has a function of that name. */
#undef fail
#undef fail_msg
#define test_fails(...) (print_error("" __VA_ARGS__), _fail(__FILE__, __LINE__))

#include "libcontainer/base/cleanup.h"
