/* What is in a state directory, beside the directories of others (notify). */
#pragma once

#define STORE_RECORD "record.json"
#define STORE_CONFIG "config.json"
#define STORE_START "start.fifo"
#define STORE_REPORT "report.fifo"
