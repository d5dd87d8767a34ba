#ifndef OPTIONS_H
#define OPTIONS_H
#include "contain.h"
void read_options(struct options *options, char **words);
#endif
