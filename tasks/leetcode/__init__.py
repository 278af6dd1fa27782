"""Tasks after problems of LeetCode (https://leetcode.com/problemset/)."""
