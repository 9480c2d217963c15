# sys.mk: make wants one; this one has no rules.
.SUFFIXES:
SHELL=	/bin/sh
