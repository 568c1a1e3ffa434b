/* Burns CPU in a function of a known name, called by one of a known name. */
#include <stdio.h>
#include <sys/prctl.h>

static volatile unsigned long sink;

__attribute__((noinline)) void pitcrew_hot_loop(unsigned long rounds)
{
	for (unsigned long i = 0; i < rounds; i++)
		sink += i * i;
}

__attribute__((noinline)) void pitcrew_hot_caller(void)
{
	for (;;) {
		pitcrew_hot_loop(1000000);
		sink++;
	}
}

int main(int argc, char **argv)
{
	if (argc > 1)
		prctl(PR_SET_NAME, argv[1]);
	puts("spinning");
	fflush(stdout);
	pitcrew_hot_caller();
	return 0;
}
