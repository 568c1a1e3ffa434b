/* Copies a function into fresh memory, as a just-in-time compiler would, and burns CPU there. */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

__attribute__((noinline)) static void loop(volatile unsigned long *sink)
{
	for (;;)
		*sink += 1;
}

int main(void)
{
	unsigned long sink = 0;
	char name[64];
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(code, (void *)loop, 256);
	__builtin___clear_cache(code, (char *)code + 256);
	snprintf(name, sizeof(name), "/tmp/perf-%d.map", getpid());
	FILE *map = fopen(name, "w");
	fprintf(map, "%p 100 compiled_hot_loop\n", code);
	fclose(map);
	puts("spinning");
	fflush(stdout);
	((void (*)(volatile unsigned long *))code)(&sink);
	return 0;
}
