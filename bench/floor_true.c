/* The floor of verbs that start nothing: a static program that does nothing. */
int main(void)
{
	return 0;
}
